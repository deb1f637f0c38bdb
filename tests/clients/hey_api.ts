// A first outreach with the client that @hey-api/openapi-ts makes with its defaults.
import {
  createContacts,
  createSequence,
  getCampaignStatus,
  getContact,
  launchSequence,
  updateSequence,
} from "./client";
import { client } from "./client/client.gen";

async function main(): Promise<void> {
  client.setConfig({ baseUrl: process.env.OUTRIDER_URL, auth: process.env.OUTRIDER_KEY });

  const contact = await createContacts({
    body: { email: "grace@example.com", first_name: "Grace" },
  });
  if (!contact.data || !("email" in contact.data)) throw new Error(contact.error?.detail);

  const sequence = await createSequence({
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
  const changed = await updateSequence({ path, body: { settings: { daily_limit: 20 } } });
  if (!changed.data) throw new Error(changed.error.detail);

  const launched = await launchSequence({ path, body: { contact_ids: [contact.data.id] } });
  if (!launched.data) throw new Error(launched.error.detail);
  const campaign: string | null = launched.data.campaign_id;
  if (campaign === null) throw new Error("a sequence that was launched has a campaign");

  const status = await getCampaignStatus({ path: { campaign_id: campaign } });
  if (!status.data) throw new Error(status.error.detail);

  const missing = await getContact({ path: { contact_id: "con_01kjf3k9q2c8m5v7x0b4n60001" } });

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
