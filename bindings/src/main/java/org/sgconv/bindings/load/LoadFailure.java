package org.sgconv.bindings.load;

/** Why a library or a device cannot be used, from the mildest to the gravest. */
public enum LoadFailure {
  /** It is not for us, or somebody decided to do without it: nothing is wrong. */
  LEFT_OUT,

  /** It is not there: nothing was to be expected of it. */
  ABSENT,

  /** It is there and does not fit this system or these bindings; trying again would not help. */
  UNUSABLE,

  /** It is there, and no folder that it was extracted to can be used. */
  FOLDER,

  /** It is there, and something failed that may pass, such as a lack of memory or open files. */
  PASSING,

  /** What the user set cannot be met. Nothing else is taken instead. */
  SETTING;

  /** Whether the next call would fail alike, so that it need not try. */
  boolean isFinal() {
    return this == LEFT_OUT || this == ABSENT || this == UNUSABLE;
  }
}
