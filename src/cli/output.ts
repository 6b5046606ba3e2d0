/** What becomes of a program whose standard output nobody reads any more: it ends, unless a command ends in good order. */
export const output: { onUnread: () => void } = { onUnread: () => process.exit() };
