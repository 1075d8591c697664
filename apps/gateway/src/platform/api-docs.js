// Runs in the browser, on the page of the API documentation.
window.SwaggerUIBundle({
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
