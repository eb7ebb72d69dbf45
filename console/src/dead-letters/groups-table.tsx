import type { LetterDesk } from './letter-desk.ts';
import { keyOf } from './same-death.ts';
import { When } from './when.tsx';

/** Letters that died of the same cause, a row each. */
export const GroupsTable = ({ letterDesk }: { letterDesk: LetterDesk }) => {
  const found = letterDesk.groups.value;
  const open = letterDesk.group.value;
  if (found === undefined) return <p class="quiet">Reading …</p>;
  return (
    <>
      <table class="cards" aria-label="Dead letters">
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col">Type</th>
            <th scope="col">Reason</th>
            <th scope="col">Error</th>
            <th scope="col">Letters</th>
            <th scope="col">Oldest</th>
            <th scope="col">Newest</th>
          </tr>
        </thead>
        <tbody>
          {found.items.map((group) => {
            const isOpen = open !== undefined && keyOf(open) === keyOf(group);
            return (
              <tr key={keyOf(group)} class={isOpen ? 'open' : undefined}>
                <td data-label="Queue">
                  <button
                    type="button"
                    aria-expanded={isOpen}
                    onClick={() => (isOpen ? letterDesk.closeGroup() : void letterDesk.openGroup(group))}
                  >
                    {group.queue}
                  </button>
                </td>
                <td data-label="Type">{group.type ?? 'none'}</td>
                <td data-label="Reason">
                  <code>{group.reason}</code>
                </td>
                <td class="long" data-label="Error">
                  {group.error}
                </td>
                <td data-label="Letters">{group.count}</td>
                <td data-label="Oldest">
                  <When at={group.oldestAt} />
                </td>
                <td data-label="Newest">
                  <When at={group.newestAt} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {found.items.length === 0 && (
        <p class="quiet">
          No dead letters. A letter comes here when it cannot be read, breaks a rule, or has failed on every step of its
          retries; to see one press Send poison on the page Break it.
        </p>
      )}
      {found.more.map(({ queue, unread }) => (
        <p key={queue} class="quiet">
          {queue} has {unread} more letters behind these; they show once these are settled.
        </p>
      ))}
    </>
  );
};
