const missing = '–';

const shown = (value: number, text: (value: number) => string) =>
  Number.isFinite(value) ? text(value) : missing;

export const count = (value: number) => shown(value, (whole) => Math.round(whole).toLocaleString('en'));

export const seconds = (value: number) => shown(value, (time) => time.toFixed(3));

export const times = (value: number) => shown(value, (factor) => `${factor.toFixed(2)}×`);

/** Formats with three significant digits. */
export const milliseconds = (value: number) =>
  shown(value, (time) => `${time.toFixed(Math.abs(time) >= 100 ? 0 : Math.abs(time) >= 10 ? 1 : 2)} ms`);

export const megabytes = (value: number) => shown(value, (bytes) => `${Math.round(bytes / 1e6)} MB`);

export const percent = (value: number) => shown(value, (share) => `${(share * 100).toFixed(1)} %`);
