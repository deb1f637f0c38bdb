curl https://api.outboundrix.io/v1/contacts \
  -H "Authorization: Bearer obx_live_sk_XXXXXXXX" \
  -H "Content-Type: application/json"

curl -X POST https://api.outboundrix.io/v1/sequences \
  -H "Authorization: Bearer obx_live_sk_XXXXXXXX" \
  -H "Content-Type: application/json" \
  -d '{
    "name": "Q2 Heads of Sales",
    "mailbox_pool": "pool_default",
    "steps": [
      { "channel": "email", "wait_days": 0 },
      { "channel": "email", "wait_days": 3, "if": "no_reply" }
    ]
  }'
