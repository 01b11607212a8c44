"""Whose turn it is: of the pushes of one base to one store, that of the last which began."""

import secrets
from dataclasses import dataclass

from kg.errors import EndpointError
from kg.publication.pushing.record import Record
from kg.publication.pushing.store import RemoteStore


@dataclass(frozen=True)
class Turn:
    """One push among those of a base, by a name that no other has; it stands in the record while the push lasts."""

    store: RemoteStore
    record: Record
    name: str

    @classmethod
    def take(cls, store: RemoteStore, record: Record) -> "Turn":
        """Begin: whoever pushes until now, or was killed at it, has no turn any more."""
        turn = cls(store, record, f"<urn:kg:push:{secrets.token_hex(8)}>")
        store.update(record.taken_by(turn.name))
        return turn

    def keep(self) -> None:
        """Raise EndpointError when another push has begun; of two that begin in the same moment, one goes on."""
        if min(self.record.pushes(self.store), default="") != self.name:
            raise EndpointError(
                f"another push of {self.record.base} to {self.store.place.queries.url} has begun since: this one "
                "stops here, and the other goes on with what was sent"
            )

    def end(self) -> None:
        """Take the name out of the record."""
        self.store.update([self.record.left_by(self.name)])
