// A first outreach with openapi-fetch, over the types that openapi-typescript makes with its defaults.
import createClient from "openapi-fetch";
import type { paths } from "./api";

async function main(): Promise<void> {
  const client = createClient<paths>({
    baseUrl: process.env.OUTRIDER_URL,
    headers: { Authorization: `Bearer ${process.env.OUTRIDER_KEY}` },
  });

  const contact = await client.POST("/v1/contacts", {
    body: { email: "grace@example.com", first_name: "Grace" },
  });
  if (!contact.data || !("email" in contact.data)) throw new Error(contact.error?.detail);

  const sequence = await client.POST("/v1/sequences", {
    body: {
      name: "First outreach",
      settings: { timezone: "Europe/Berlin", daily_limit: 50 },
      steps: [
        { channel: "email", subject: "Hello {{ first_name }}", text: "Hi {{ first_name }}" },
        { channel: "email", wait_before: { value: 3, unit: "days" }, text: "Did you see it?" },
      ],
    },
  });
  if (!sequence.data) throw new Error(sequence.error.detail);
  const path = { sequence_id: sequence.data.id };

  // Only what is given changes: a client that sent defaults would set the time zone back.
  const changed = await client.PATCH("/v1/sequences/{sequence_id}", {
    params: { path },
    body: { settings: { daily_limit: 20 } },
  });
  if (!changed.data) throw new Error(changed.error.detail);

  const launched = await client.POST("/v1/sequences/{sequence_id}/launch", {
    params: { path },
    body: { contact_ids: [contact.data.id] },
  });
  if (!launched.data) throw new Error(launched.error.detail);
  const campaign: string | null = launched.data.campaign_id;
  if (campaign === null) throw new Error("a sequence that was launched has a campaign");

  const status = await client.GET("/v1/campaigns/{campaign_id}/status", {
    params: { path: { campaign_id: campaign } },
  });
  if (!status.data) throw new Error(status.error.detail);

  const missing = await client.GET("/v1/contacts/{contact_id}", {
    params: { path: { contact_id: "con_01kjf3k9q2c8m5v7x0b4n60001" } },
  });

  console.log(
    JSON.stringify({
      timezone: changed.data.settings.timezone,
      daily_limit: changed.data.settings.daily_limit,
      total: status.data.audience.total,
      missing: missing.error?.code,
    }),
  );
}

void main();
