"""What to sell before the year ends: lots held and prices to a plan of sales that is proved by preparing it.

    positions ──▶ targets ──▶ search ──▶ sales ──▶ proof ──▶ plan
    lots at       how much    which      rows of   the case  everything that is
    the prices    is needed   lots       the plan  again     said of the plan

`figures` works out the real worksheets for sums that no row has yet. No law stands here: limits, terms, bands, wash
sales and identification are asked of the rules, and what is to be said of a plan is in their remarks.
"""

from niner.harvest.plan import Asked, Harvest, harvest
from niner.harvest.targets import TARGETS, Target

__all__ = ["TARGETS", "Asked", "Harvest", "Target", "harvest"]
