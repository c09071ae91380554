"""A version's model card, made from its lineage in AWS's schema, and rendered for people."""

from trainyard.model_card.facts import card_facts
from trainyard.model_card.rendering import as_html, as_markdown

__all__ = ["as_html", "as_markdown", "card_facts"]
