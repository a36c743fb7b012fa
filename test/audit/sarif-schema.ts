import { z } from 'zod';

/**
 * What the published schema of SARIF 2.1.0 asks of the objects that guard writes: required properties, types, values and
 * minima, and no property that it does not know (`additionalProperties: false` everywhere but in property bags).
 */
const message = z.strictObject({ text: z.string().min(1) });
const level = z.enum(['none', 'note', 'warning', 'error']);
/** A relative reference of RFC 3986 in which no character stands that must be escaped. */
const uri = z.string().regex(/^(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*$/);
const artifactLocation = z.strictObject({
  uri,
  uriBaseId: z.string().optional(),
  index: z.int().min(-1).optional(),
});
const region = z.strictObject({
  startLine: z.int().min(1).optional(),
  startColumn: z.int().min(1).optional(),
  endLine: z.int().min(1).optional(),
  endColumn: z.int().min(1).optional(),
});
const location = z.strictObject({
  physicalLocation: z.strictObject({ artifactLocation, region: region.optional() }),
});
const properties = z.object({ tags: z.array(z.string()).optional() }).catchall(z.unknown());
const reportingDescriptor = z.strictObject({
  id: z.string(),
  shortDescription: message.optional(),
  help: message.optional(),
  defaultConfiguration: z.strictObject({ level }).optional(),
  properties: properties.optional(),
});
const result = z.strictObject({
  ruleId: z.string(),
  ruleIndex: z.int().min(-1),
  level,
  message,
  locations: z.array(location),
  partialFingerprints: z.record(z.string(), z.string()),
  suppressions: z
    .array(
      z.strictObject({
        kind: z.enum(['inSource', 'external']),
        justification: z.string().optional(),
      }),
    )
    .optional(),
  properties: properties.optional(),
});
const notification = z.strictObject({
  level,
  message,
  locations: z.array(location).optional(),
});
export const sarifLog = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.array(
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          version: z.string().optional(),
          rules: z.array(reportingDescriptor).optional(),
        }),
      }),
      columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']).optional(),
      invocations: z
        .array(
          z.strictObject({
            executionSuccessful: z.boolean(),
            toolExecutionNotifications: z.array(notification).optional(),
          }),
        )
        .optional(),
      results: z.array(result).optional(),
    }),
  ),
});
