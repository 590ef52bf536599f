import type { Subject } from '../case.ts';
import { configMap, core, events, get, patch, post, put, remove, watch } from '../steps.ts';

const CMS = `${core}/configmaps`;
const CM = `${CMS}/a`;
const WATCH = `${CMS}?watch=true`;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const METADATA = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';

/** D42–D43: watches. */
export const watches: Subject = {
  id: 'watch',
  cases: [
    {
      name: 'a watch tells what is there and then what happens',
      steps: [
        post(CMS, configMap('a', { data: { k: '1' } }), { save: { rv: 'metadata.resourceVersion' } }),
        watch('now', WATCH),
        watch('zero', `${WATCH}&resourceVersion=0`),
        watch('since', `${WATCH}&resourceVersion={{rv}}`),
        events('now', 1),
        patch(CM, 'merge', { data: { k: '2' } }, { unrecorded: true }),
        post(CMS, configMap('b'), { unrecorded: true }),
        remove(CM, undefined, { unrecorded: true }),
        events('now', 3),
        events('since', 3),
        events('zero', 4),
      ],
    },
    {
      name: 'an object that enters the selection is added, one that leaves it deleted',
      steps: [
        post(CMS, configMap('a', {}, { labels: { on: 'yes' } }), { save: { rv: 'metadata.resourceVersion' } }),
        watch('w', `${WATCH}&resourceVersion={{rv}}&labelSelector=on%3Dyes`),
        watch('field', `${WATCH}&resourceVersion={{rv}}&fieldSelector=metadata.name%3Db`),
        patch(CM, 'merge', { data: { k: '1' } }, { unrecorded: true }),
        patch(CM, 'merge', { metadata: { labels: { on: 'no' } } }, { unrecorded: true }),
        patch(CM, 'merge', { data: { k: '2' } }, { unrecorded: true }),
        patch(CM, 'merge', { metadata: { labels: { on: 'yes' } } }, { unrecorded: true }),
        remove(CM, undefined, { unrecorded: true }),
        post(CMS, configMap('b', {}, { labels: { on: 'yes' } }), { unrecorded: true }),
        events('w', 5),
        events('field', 1),
      ],
    },
    {
      name: 'the old way to watch, and the watch of one object',
      steps: [
        post(CMS, configMap('a'), { save: { rv: 'metadata.resourceVersion' } }),
        watch('collection', '/api/v1/watch/namespaces/{{ns}}/configmaps?resourceVersion={{rv}}'),
        watch('one', '/api/v1/watch/namespaces/{{ns}}/configmaps/b?resourceVersion={{rv}}'),
        watch('name', `${CM}?watch=true&resourceVersion={{rv}}&timeoutSeconds=1`),
        post(CMS, configMap('b'), { unrecorded: true }),
        events('collection', 1),
        events('one', 1),
        get(`/api/v1/watch/namespaces/{{ns}}/configmaps?resourceVersion=abc`),
      ],
    },
    {
      name: 'a watch of a time that is forgotten ends with an error',
      steps: [
        watch('old', `${WATCH}&resourceVersion=1`),
        events('old', 'end'),
        watch('bookmarks', `${WATCH}&resourceVersion=1&allowWatchBookmarks=true`),
        events('bookmarks', 'end'),
        watch('table', `${WATCH}&resourceVersion=1`, { accept: TABLE }),
        events('table', 'end'),
        get(`${CMS}?resourceVersion=1`, { keep: ['kind'] }),
        get(`${CMS}?resourceVersion=1&limit=1`, { keep: ['kind'] }),
      ],
    },
    {
      name: 'a watch ends when its time is over',
      steps: [post(CMS, configMap('a')), watch('w', `${WATCH}&timeoutSeconds=1`), events('w', 'end')],
    },
    {
      name: 'options of watches are checked',
      steps: [
        post(CMS, configMap('a'), { save: { rv: 'metadata.resourceVersion' } }),
        ...[
          'resourceVersion=abc',
          'resourceVersion={{rv}}&resourceVersionMatch=Exact',
          'resourceVersion={{rv}}&resourceVersionMatch=NotOlderThan',
          'sendInitialEvents=true',
          'sendInitialEvents=true&resourceVersionMatch=Exact',
          'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=abc',
          'sendInitialEvents=false',
          'sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
          'labelSelector=a%20b',
          'fieldSelector=bogus%3Dx',
          'continue=abc',
          'limit=-5&timeoutSeconds=1',
        ].map((query, at) => watch(`w${at}`, `${WATCH}&${query}`)),
        watch('html', WATCH, { accept: 'text/html' }),
        watch('nope', '/api/v1/namespaces/nope/configmaps?watch=true&timeoutSeconds=1'),
        events('nope', 'end'),
      ],
    },
    {
      name: 'a streaming list gives the objects and then a bookmark that says so',
      steps: [
        post(CMS, configMap('a'), { unrecorded: true }),
        post(CMS, configMap('b'), { unrecorded: true, save: { rv: 'metadata.resourceVersion' } }),
        watch('all', `${WATCH}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`),
        events('all', 3),
        watch(
          'since',
          `${WATCH}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion={{rv}}`,
        ),
        events('since', 3),
        watch('none', `${WATCH}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`),
        watch('legacy', `${WATCH}&allowWatchBookmarks=true&resourceVersion=0`),
        events('legacy', 3),
        post(CMS, configMap('c'), { unrecorded: true }),
        events('all', 1),
        events('since', 1),
        events('none', 1),
        events('legacy', 1),
      ],
    },
    {
      name: 'a watch with bookmarks gets one before its end',
      steps: [
        post(CMS, configMap('a'), { save: { rv: 'metadata.resourceVersion' } }),
        watch('w', `${WATCH}&allowWatchBookmarks=true&timeoutSeconds=3&resourceVersion={{rv}}`),
        events('w', 'end'),
      ],
    },
    {
      name: 'a watch of tables and of metadata transforms every event',
      steps: [
        post(CMS, configMap('a', { data: { k: 'v' } }), { save: { rv: 'metadata.resourceVersion' } }),
        watch('table', WATCH, { accept: TABLE }),
        watch('none', `${WATCH}&includeObject=None`, { accept: TABLE }),
        watch('metadata', WATCH, { accept: METADATA }),
        events('table', 1),
        events('none', 1),
        events('metadata', 1),
        put(CM, configMap('a', { data: { k: 'v', l: 'w' } }), { unrecorded: true }),
        remove(CM, undefined, { unrecorded: true }),
        events('table', 2),
        events('none', 2),
        events('metadata', 2),
        watch('list', WATCH, { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' }),
      ],
    },
  ],
};
