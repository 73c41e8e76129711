"""What to sell before the year ends: lots held and prices in, a plan of sales that is proved by preparing it out.

    positions ─▶ targets ─▶ search (which lots) ─▶ sales (rows) ─▶ proof (the case again) ─▶ plan, with all that is said

No law stands here: limits, terms, bands and what is said of a plan are asked of the rules. Start with `plan`.
"""

from niner.harvest.plan import Asked, Harvest, harvest
from niner.harvest.targets import TARGETS, Target

__all__ = ["TARGETS", "Asked", "Harvest", "Target", "harvest"]
