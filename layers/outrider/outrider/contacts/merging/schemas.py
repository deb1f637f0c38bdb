"""Request schemas for merging contacts."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from outrider.kit.http.inputs import Input

ContactId = Annotated[str, Field(max_length=64)]


class MergeRequest(Input):
    """The losers are merged into the winner, in this order, and then deleted."""

    winner_id: ContactId
    loser_ids: Annotated[
        list[ContactId],
        Field(min_length=1, max_length=10, json_schema_extra={"uniqueItems": True}),
    ]

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len({self.winner_id, *self.loser_ids}) <= len(self.loser_ids):
            raise ValueError(
                "Name each contact once: winner_id must not be in loser_ids, nor any id twice"
            )
        return self
