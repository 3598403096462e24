"""What one broken row can raise, so that it is put aside and does not stop the others.

Everything else ends the run, and the next one goes on: the database is away, or the worker's time is up. Celery says
the latter with a plain Exception, so nothing of ours may catch that.
"""

from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, InternalError, NotSupportedError, ProgrammingError

FAULTS_OF_A_ROW = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    MultipleObjectsReturned,
    ObjectDoesNotExist,
    ValidationError,
    DataError,
    IntegrityError,
    InternalError,
    NotSupportedError,
    ProgrammingError,
)
