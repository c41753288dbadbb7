"""The funnel: stays made of the event stream, figures, milestones, alarms, playbook, touch points. Pure rules over
`FunnelFacts`, which are loaded once for a moment.
"""

from __future__ import annotations

from crm_core.funnel.alarm import Alarm
from crm_core.funnel.alarms import alarms
from crm_core.funnel.dimensions import Groups, dimension_names, groups_of
from crm_core.funnel.facts import FunnelFacts, load_facts, make_facts
from crm_core.funnel.figures import cohort_figures, period_figures, trend_figures
from crm_core.funnel.milestones import Milestone, milestone_figures, milestones
from crm_core.funnel.moves import breaches, broken_rule, move_kind
from crm_core.funnel.playbook import completeness_by, record_completeness
from crm_core.funnel.stays import make_stays
from crm_core.funnel.touch_points import TouchPoint, touch_points
from crm_core.funnel.working_time import WorkingTime

__all__ = [
    "Alarm",
    "FunnelFacts",
    "Groups",
    "Milestone",
    "TouchPoint",
    "WorkingTime",
    "alarms",
    "breaches",
    "broken_rule",
    "cohort_figures",
    "completeness_by",
    "dimension_names",
    "groups_of",
    "load_facts",
    "make_facts",
    "make_stays",
    "milestone_figures",
    "milestones",
    "move_kind",
    "period_figures",
    "record_completeness",
    "touch_points",
    "trend_figures",
]
