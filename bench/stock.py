"""Reference implementation of two routes as the libraries' documentation suggests: boto3's table
resource, with Powertools' validating resolver or with FastAPI and Mangum.

Models, keys, conditions and the number of calls are the product's, so only the libraries differ.
Authentication is the same single update; rate limits are left out, in favour of the reference.
"""

import hashlib
import os
from collections.abc import Callable
from typing import Annotated, Any

import boto3
import fastapi
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Header, Query
from boto3.dynamodb.conditions import Key
from mangum import Mangum

from outrider.contacts.models import Contact
from outrider.contacts.schemas import ContactCreate
from outrider.kit import clock, ids
from outrider.kit.http.pagination import Page

Handler = Callable[[dict[str, Any], Any], Any]


class Store:
    """Contacts and keys through boto3's resource."""

    def __init__(self) -> None:
        dynamodb = boto3.resource("dynamodb", region_name="us-east-1")
        self._keys = dynamodb.Table(os.environ["KEYS_TABLE"])
        self._contacts = dynamodb.Table(os.environ["CONTACTS_TABLE"])

    def admit(self, authorization: str) -> str:
        """Return the workspace of the API key."""
        key = authorization.removeprefix("Bearer ")
        answer = self._keys.update_item(
            Key={"pk": f"key#{key[-46:-38]}", "sk": "#"},
            UpdateExpression="SET last_used_ms = :now",
            ConditionExpression="#hash = :hash AND attribute_not_exists(revoked_at)",
            ExpressionAttributeNames={"#hash": "hash"},
            ExpressionAttributeValues={
                ":now": clock.epoch_ms(),
                ":hash": hashlib.sha256(key.encode()).digest(),
            },
            ReturnValues="ALL_NEW",
        )
        return str(answer["Attributes"]["workspace"])

    def create(self, workspace: str, new: ContactCreate) -> Contact:
        now = clock.timestamp()
        contact = Contact(
            id=ids.new("con"), created_at=now, updated_at=now, **new.model_dump(exclude={"upsert"})
        )
        item = {
            **contact.model_dump(exclude_none=True, exclude={"full_name"}),
            "pk": workspace,
            "sk": contact.id,
            "by_status_pk": f"{workspace}#new",
        }
        claim = {"pk": f"{workspace}#email", "sk": contact.email, "contact_id": contact.id}
        free = "attribute_not_exists(pk)"
        name = self._contacts.name
        self._contacts.meta.client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": name, "Item": item, "ConditionExpression": free}},
                {"Put": {"TableName": name, "Item": claim, "ConditionExpression": free}},
                {
                    "Update": {
                        "TableName": name,
                        "Key": {"pk": f"{workspace}#count", "sk": "count#0"},
                        "UpdateExpression": "ADD contacts :one",
                        "ExpressionAttributeValues": {":one": 1},
                    }
                },
            ]
        )
        return contact

    def list(self, workspace: str, limit: int) -> Page[Contact]:
        answer = self._contacts.query(
            KeyConditionExpression=Key("pk").eq(workspace) & Key("sk").begins_with("con_"),
            Limit=limit,
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        contacts = [Contact.model_validate(item) for item in answer["Items"]]
        return Page(data=contacts, has_more="LastEvaluatedKey" in answer)


def powertools(store: Store) -> Handler:
    app = APIGatewayHttpResolver(enable_validation=True)

    @app.post("/v1/contacts")
    def create_contact(new: ContactCreate, authorization: Annotated[str, Header()]) -> Contact:
        return store.create(store.admit(authorization), new)

    @app.get("/v1/contacts")
    def list_contacts(
        limit: Annotated[int, Query(ge=1, le=200)], authorization: Annotated[str, Header()]
    ) -> Page[Contact]:
        return store.list(store.admit(authorization), limit)

    return app.resolve


def fastapi_on_mangum(store: Store) -> Handler:
    app = fastapi.FastAPI()

    @app.post("/v1/contacts", status_code=201)
    def create_contact(
        new: ContactCreate, authorization: Annotated[str, fastapi.Header()]
    ) -> Contact:
        return store.create(store.admit(authorization), new)

    @app.get("/v1/contacts")
    def list_contacts(
        limit: Annotated[int, fastapi.Query(ge=1, le=200)],
        authorization: Annotated[str, fastapi.Header()],
    ) -> Page[Contact]:
        return store.list(store.admit(authorization), limit)

    return Mangum(app, lifespan="off")
