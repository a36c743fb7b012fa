/** The name the agent calls; the profile of the demo says that it lives at the demo's own server. */
export const HOST = 'backboard.railway.app';

/**
 * The user's profile of the demo: its agent's programs are to be seen, and no host is allowed. It is JSON, so it is YAML.
 */
export function demoProfile(agentFolder: string, port: number): string {
  return `${JSON.stringify(
    {
      version: 1,
      home: { read: [agentFolder] },
      network: { allow: [], hosts: { [HOST]: `127.0.0.1:${port}` } },
    },
    null,
    2,
  )}\n`;
}
