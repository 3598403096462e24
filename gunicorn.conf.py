"""Read by gunicorn by itself where it is started: its lines look like the program's, and name no address."""

from peersupport import environment, logs

logconfig_dict = logs.of_web_server(
    debug=environment.flag("DEBUG", default=False), demo=environment.flag("DEMO", default=False)
)
