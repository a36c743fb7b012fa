import { explainIssues } from './explain.ts';
import { ProfileError } from './problem.ts';
import type { AuditSection } from './schema-audit.ts';
import { profileSchema } from './schema.ts';
import { parseYaml } from './yaml-source.ts';

/** What a profile says about the audit; null where it says nothing. Throws ProfileError when any of it is wrong. */
export function auditSection(text: string, file: string): AuditSection | null {
  const source = parseYaml(text, file);
  const result = profileSchema.safeParse(source.data);
  if (result.success) return result.data.audit ?? null;
  throw new ProfileError(explainIssues(result.error.issues, source, file));
}
