/** What happens to the contents of a namespace that is deleted, and to the namespace after them. */
import type { Kinds } from './kinds.ts';
import type { Store } from './store.ts';

/** Empties namespaces that are being deleted, and removes them once they are empty. */
export function followNamespaces(store: Store, kinds: Kinds): () => void {
  return store.subscribe('*', ({ type, key, object }) => {
    if (key === 'namespaces') {
      if (type === 'MODIFIED' && object.metadata.deletionTimestamp !== undefined)
        empty(store, kinds, object.metadata.name);
      return;
    }
    if (type === 'DELETED' && object.metadata.namespace !== undefined)
      finishIfEmpty(store, kinds, object.metadata.namespace);
  });
}

function empty(store: Store, kinds: Kinds, namespace: string): void {
  for (const { key, namespaced } of kinds.all()) {
    if (!namespaced) continue;
    for (const { metadata } of store.list(key, namespace)) {
      // It may have gone with its owner.
      if (store.get(key, metadata) !== undefined) store.delete(key, metadata);
    }
  }
  finishIfEmpty(store, kinds, namespace);
}

function finishIfEmpty(store: Store, kinds: Kinds, namespace: string): void {
  if (store.get('namespaces', { name: namespace })?.metadata.deletionTimestamp === undefined) return;
  const left = kinds
    .all()
    .some(({ key, namespaced }) => namespaced && store.page(key, { namespace, limit: 1 }).items.length > 0);
  if (!left) store.finish('namespaces', { name: namespace });
}
