/** The images there are. */

export interface Image {
  /** The name without its tag, as the charts have it. */
  readonly name: string;
  /** The stage of the Dockerfile. */
  readonly target: string;
  /** Of the archive under `dist/images`, without what the tag adds. */
  readonly file: string;
  /** Whether anybody is to find a shell in it. */
  readonly shell: boolean;
}

export const CONTROLLER: Image = {
  name: 'ghcr.io/serin/serin',
  target: 'controller',
  file: 'serin',
  shell: false,
};

export const LOAD_TESTER: Image = {
  name: 'ghcr.io/serin/serin-loadtester',
  target: 'load-tester',
  file: 'serin-loadtester',
  shell: true,
};

export const IMAGES: readonly Image[] = [CONTROLLER, LOAD_TESTER];
