import type { OperationClass } from '../../policy/types.ts';

/** Beyond the list: what takes away, by how AWS names things; in any case, should a service not mind it. */
const DESTROYS =
  /^(?:Delete|BatchDelete|Terminate|Destroy|Purge|Drop|Release(?:Address|Hosts)|Schedule\w*Deletion|Reset|ForceDelete|AdminDelete|Deregister|BatchDeregister|Erase|Wipe|Flush|Clear|Evict|Expire|Unregister|Rollback|Restore(?:TableToPointInTime|ObjectTo)|Truncate|Empty)/i;
/** Labels that are taken off are no loss. */
const REMOVES = /^(?:Batch)?Remove(?!\w*Tags?)/i;
const READS =
  /^(?:Get|List|Describe|Head|BatchGet|BatchDescribe|BatchList|Query|Scan|Select|Search|Lookup|Preview|Estimate|Simulate|Validate|TransactGet|Filter|Count|Decode|Check|Verify|View|Discover(?=Instances))(?![a-z])/;

/** What an operation does by its name alone. */
export function classOfAwsName(operation: string): OperationClass {
  if (DESTROYS.test(operation) || REMOVES.test(operation)) return 'destroy';
  return READS.test(operation) ? 'read' : 'change';
}
