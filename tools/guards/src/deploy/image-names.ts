/** All images are valuecanvas/<name>:<version>; a version that moves cannot be rolled back to. */
export function imageFaults(name: string, image: string): string[] {
  const [repository, version, ...more] = image.split(':');
  if (repository === `valuecanvas/${name}` && version && version !== 'latest' && more.length === 0) return [];
  return [`the image must be valuecanvas/${name}:<version>, not ${image}.`];
}
