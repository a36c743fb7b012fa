import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { LABEL, type LaidField } from '../prompt-fields.ts';
import type { PromptKey } from '../prompt-keys.ts';
import type { PromptLayout, WindowLine } from '../prompt-layout.ts';

const FIELD_COLOURS = {
  plain: undefined,
  prose: undefined,
  rule: 'yellow',
  alarm: 'red',
  fact: 'cyan',
} as const;

/** One screen, the whole of it: guard's bar on top, keys at the bottom, the question between them. */
export function Prompt({ layout }: { layout: PromptLayout }): ReactNode {
  const { columns, rows, bar, airy, lead, window, fields, entry, note, colour } = layout;
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      {/* In reverse: no colour scheme and no NO_COLOR takes it away. */}
      <Text inverse bold>
        {bar}
      </Text>
      {airy && <Text> </Text>}
      {lead !== null && <Text bold> {lead}</Text>}
      {airy && <Text> </Text>}
      {window.map((line, index) => (
        <ListLine key={index} line={line} colour={colour} />
      ))}
      {airy && <Text> </Text>}
      {fields.map((field) => (
        <Field key={field.label} field={field} colour={colour} />
      ))}
      <Box flexGrow={1} />
      {entry.map((line, index) => (
        <Text key={index} bold>
          {' '}
          {line}
        </Text>
      ))}
      {note !== null && <Text color={colour ? 'yellow' : undefined}> {note}</Text>}
      <Keys layout={layout} />
    </Box>
  );
}

function ListLine({ line, colour }: { line: WindowLine; colour: boolean }): ReactNode {
  if (line.kind === 'hidden')
    return (
      <Text dimColor={!colour} color={colour ? 'yellow' : undefined}>
        {' '}
        {line.text}
      </Text>
    );
  if (line.kind === 'fact') return <Text color={colour ? 'cyan' : undefined}> {line.text}</Text>;
  return (
    <Text>
      <Text dimColor> {line.gutter}</Text>
      <Text bold color={colour ? 'green' : undefined}>
        {line.text.slice(0, line.file)}
      </Text>
      {line.text.slice(line.file)}
    </Text>
  );
}

function Field({ field, colour }: { field: LaidField; colour: boolean }): ReactNode {
  const { label, lines, tone } = field;
  return (
    <>
      {lines.map((line, index) => (
        <Text key={index}>
          <Text dimColor>{` ${(index ? '' : label).padEnd(LABEL)}`}</Text>
          <Text color={colour ? FIELD_COLOURS[tone] : undefined}>{line}</Text>
        </Text>
      ))}
    </>
  );
}

function Keys({ layout: { keys, gap, clock, colour } }: { layout: PromptLayout }): ReactNode {
  return (
    <Box justifyContent="space-between">
      <Box columnGap={gap} paddingLeft={1} flexShrink={0}>
        {keys.map((each) => (
          <Key key={each.key} of={each} colour={colour} />
        ))}
      </Box>
      <Text dimColor>{clock} </Text>
    </Box>
  );
}

function Key({ of: { key, does, idle }, colour }: { of: PromptKey; colour: boolean }): ReactNode {
  return (
    <Text dimColor={idle ?? false}>
      <Text bold={!idle} color={colour && !idle ? 'cyan' : undefined}>
        {key}
      </Text>
      {does && ` ${does}`}
    </Text>
  );
}
