"""OWL 2 RL: the axioms of a graph as rules, one per axiom present (OWL 2 Profiles, section 4.3, tables 4 to 9).

``docs/owl-rules.md`` lists every rule of the standard and where it is done.
"""

from kg.graph.terms import TYPE
from kg.inference.datatypes import NAMES, datatype_rule
from kg.inference.owl.classes import class_rules
from kg.inference.owl.contradictions import contradictions
from kg.inference.owl.identity import EQUALITY, identity_rules
from kg.inference.owl.properties import property_rules
from kg.inference.owl.schema import SAME, Schema, is_axiom, schema_of
from kg.inference.rules import Rule

__all__ = ["Schema", "contradictions", "is_axiom", "rules", "schema_of"]


def rules(schema: Schema) -> list[Rule]:
    """Return the rules that axioms stand for, sorted by name and axiom.

    Raises SourceError for an axiom whose list is not a well-formed one.
    """
    found = [*property_rules(schema), *class_rules(schema), *identity_rules(schema)]
    denials = list(contradictions(schema))
    bodies = (*(rule.body for rule in found), *(denial.body for denial in denials))
    kinds = {kind for body in bodies for _, predicate, kind in body if predicate == TYPE}
    kinds |= {member for denial in denials for member in denial.members}
    found += [datatype_rule(kind) for kind in kinds & NAMES]
    if schema[SAME] or any(head[1] == SAME for rule in found for head in rule.head):
        found += EQUALITY
    return sorted(found, key=lambda rule: (rule.name, rule.axioms, rule.body, rule.head))
