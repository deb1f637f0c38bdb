"""What can go wrong with campaigns."""

from outrider.kit.errors import ResourceNotFound


class CampaignNotFound(ResourceNotFound):
    def __init__(self) -> None:
        super().__init__("There is no campaign with this id in this workspace")
