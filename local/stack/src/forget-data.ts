import type { DataFolder } from './data-folder.ts';
import type { FoundInfrastructure } from './find-infrastructure.ts';
import { readIdentity } from './identity.ts';
import { forgetVhost } from './share-broker.ts';

/** `--fresh`: forgets what a folder holds, and the messages that wait for it elsewhere. */
export const forgetData = async ({
  folder,
  found: { mongodb, rabbitmq },
  path,
  note,
}: {
  folder: DataFolder;
  found: Pick<FoundInfrastructure, 'mongodb' | 'rabbitmq'>;
  path: string | undefined;
  note(text: string): void;
}): Promise<void> => {
  // A damaged identity is forgotten like the rest; its vhost cannot be named any more.
  const before = await readIdentity(folder.path).catch(() => undefined);
  if (before && rabbitmq.from === 'running') await forgetVhost(rabbitmq.url, before.id, path);
  await folder.empty();
  if (mongodb.from === 'env' || mongodb.from === 'running') {
    note('--fresh forgets what the data folder holds; the databases tiffin-* of the MongoDB that was running stay.');
  }
};
