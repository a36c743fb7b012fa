import type { Entry } from './entries.ts';

/** Does this line only take away from what a session may do, whatever the rest of the policy is? */
export function tightens(entry: Entry): boolean {
  switch (entry.key) {
    case 'files.hide':
    case 'files.redact':
    case 'files.protect':
    case 'system.hide':
    case 'network.deny':
    case 'network.inspect':
      return true;
    case 'network.rules':
      return entry.value.action !== 'allow';
    case 'commands':
      return entry.value.action !== 'allow';
    case 'sandbox.user-namespaces':
      return !entry.value;
    case 'workspace':
      return true;
    // Tightens when it is shorter than what would count without it: merging takes the shorter one.
    case 'approvals.timeout':
      return true;
    case 'agent.program':
    case 'agent.description':
    case 'files.expose':
    case 'files.write':
    case 'home.read':
    case 'home.write':
    case 'home.copy':
    case 'system.read':
    case 'env.pass':
    case 'env.set':
    case 'network.allow':
    case 'network.hosts':
    case 'network.host-ports':
    case 'network.publish':
    case 'network.opaque':
    case 'network.foreign-credentials':
    case 'credentials':
    case 'broker':
      return false;
  }
}
