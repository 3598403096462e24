"""What the web server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peersupport.settings")

application = get_wsgi_application()

# What is loaded by now stays as long as the process: looking through it for garbage again and again took a
# fifteenth of a page.
gc.collect()
gc.freeze()
