"""The embedded PostgreSQL and Redis of `./run demo` and `./run test`, and the processes around them.

Production brings its own: with DATABASE_URL and REDIS_URL set nothing is started here.
"""
