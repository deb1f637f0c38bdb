const API_BASE = 'https://api.autoreach.work';
const API_KEY = process.env.AUTOREACH_API_KEY;
const headers = {
'Authorization': `Bearer ${API_KEY}`,
'Content-Type': 'application/json'
};
// Create a workflow
async function createWorkflow() {
const response = await fetch(`${API_BASE}/api/workflows`, {
method: 'POST',
headers,
body: JSON.stringify({
name: 'Q1 SaaS Outreach',
stages: ['research', 'qualify', 'contact'],
settings: {
autoReview: false,
dailyLimit: 50
}
})
});
return response.json();
}
// Add leads to a workflow
async function addLeads(workflowId, leads) {
const response = await fetch(
`${API_BASE}/api/workflows/${workflowId}/leads`,
{
method: 'POST',
headers,
body: JSON.stringify({ leads })
}
);
return response.json();
}
