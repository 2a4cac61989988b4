/** Troubleshooting paragraphs of audit codes. */
export const auditCodes = {} as const satisfies Readonly<Record<string, unknown>>;
