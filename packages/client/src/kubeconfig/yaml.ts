// A module of its own, so that the parser is loaded when a kubeconfig is read: in a pod nothing is written in YAML.
export { parse as parseYaml } from 'yaml';
