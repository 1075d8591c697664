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
  // The document was checked when it was made, and nobody else is asked about it.
  validatorUrl: null,
});
