"""Words that label people, and others to use instead. A quiet suggestion while staff type; never in quotations."""

from collections.abc import Collection

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.known import once


class WordHint(models.Model):
    """One word or phrase, and what to say instead. The code is stable, the words are the organisation's.

    Starter rows: OASAS stigma glossary, Elon University, IMPACT Norwood, CPYD (see the research in the glossary).
    """

    code = models.SlugField(primary_key=True, max_length=40)
    avoid = models.CharField(_("when this is typed"), max_length=80)
    prefer = models.CharField(_("suggest this"), max_length=120)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(avoid="") & ~Q(prefer=""), name="wordhint_says_both"),
            once("wordhint", "avoid", _("This word is in the list already.")),
        ]

    def __str__(self) -> str:
        return self.avoid

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """All but whether the word is there: one may take the place another leaves, so that is known at the end."""
        super().validate_constraints({*(exclude or ()), "avoid"})


def hints() -> list[dict[str, str]]:
    """Those in use, as the page reads them."""
    return list(WordHint.objects.filter(is_active=True).order_by("avoid").values("avoid", "prefer"))
