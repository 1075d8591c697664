// Runs in the browser, on the page of the API documentation.
const docs = window.SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#api-docs',
  deepLinking: true,
  displayOperationId: false,
  displayRequestDuration: true,
  docExpansion: 'none',
  filter: true,
  defaultModelsExpandDepth: 0,
  // The document is validated at build time, so the external validator is off.
  validatorUrl: null,
});

const form = document.getElementById('login');
const status = document.getElementById('login-status');
const button = form.querySelector('button');

/** Logs in with a password. Throws an Error with the message of the gateway if it refuses. */
async function requestToken(email, password) {
  const response = await fetch('/auth/v1/token?grant_type=password', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.msg ?? `Status ${response.status}`);
  return body;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { email, password } = form.elements;
  button.disabled = true;
  try {
    const session = await requestToken(email.value, password.value);
    docs.preauthorizeApiKey('accessToken', session.access_token);
    password.value = '';
    const end = new Date(session.expires_at * 1_000).toLocaleTimeString();
    status.textContent = `Logged in as ${session.user.email} until ${end}.`;
  } catch (error) {
    status.textContent = `Login failed: ${error.message}`;
  } finally {
    button.disabled = false;
  }
});
