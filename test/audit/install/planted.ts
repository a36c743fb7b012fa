import { randomBytes } from 'node:crypto';

/** A line with a secret that was never anywhere before. */
export function plantedLine(): string {
  return `api_token = "${randomBytes(30).toString('base64').replace(/[+/=]/g, 'q')}"\n`;
}
