"""How far annotators agree: on documents, on spans, on characters; for all of them and for each pair."""

from annotate.labeling.agreement.report import AgreementReport, agreement

__all__ = ["AgreementReport", "agreement"]
