"""A report as JSON, for programs. Schema version 1; keys are only added to it.

schema_version  1
environment     whose preview it is
verdict         {level: calm | care | loss | refused, text}
changes         how many resources would not stay as they are
counts          {replace, delete, update, create, import, unchanged}: only what is not zero
refusals        why this cannot be applied, sentences
losses          replacements and deletions, the worst first:
                {operation, urn, type, name, path, identifier, severity: data | service | unknown | nothing, loss,
                 forced_by: [{path, old, new}], properties: [{path, old, new}], cautions, protected, renamed_from,
                 follows: replaced only because something that it refers to is}
updates         the same; those with cautions stand first
creates         [{name, type, count, types: {type: number}, names}], by component at the top
imports         as updates
renames         sentences
drift           [{type, name, text, properties}]: what was changed outside of Pulumi (with --refresh)
policy          {rules, resources, violations: [{rule, type, name, what, cure}], unjudged: [{rule, name, property}]}
cost            {before, after, difference, currency, region, date, hours_per_month,
                 rows: [{urn, type, name, before, after, difference, basis}],
                 not_priced: [{urn, type, name, why}], not_included, notes}: a month
warnings        of the engine

Values are texts as people read them: secrets are `(secret)`, what is not known yet is `(known after apply)`, long
values are shortened.
"""

import json
from dataclasses import asdict
from typing import Any

from trainyard.preview.report import SCHEMA_VERSION, Report


def render(report: Report) -> str:
    """Return the report as one JSON document."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Return the report as JSON types."""
    cost = asdict(report.cost) | {"difference": report.cost.difference}
    cost["rows"] = [asdict(row) | {"difference": row.difference} for row in report.cost.rows]
    creates = [
        {"name": each.name, "type": each.type, "count": each.count, "types": dict(each.types), "names": each.names}
        for each in report.creates
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        **asdict(report),
        "changes": report.changes,
        "creates": creates,
        "cost": cost,
    }
