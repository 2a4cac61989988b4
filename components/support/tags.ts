/** Tags on every resource that can carry them. */
export type Tags = Readonly<Record<string, string>>;

/** The stack's own tags over those from `holdfast:tags`: who owns a resource is not for config to change. */
export function stackTags(configured: Tags, project: string, stack: string): Tags {
  return { ...configured, "holdfast:project": project, "holdfast:stack": stack };
}
