package org.sgconv;

/**
 * A system property or environment variable that cannot be met here. Nothing else is taken instead,
 * neither by {@link Backends#best()} nor by anyone who names a backend.
 *
 * @since 0.1.0
 */
public final class InvalidSettingException extends InvalidArgumentException {

  private static final long serialVersionUID = 1L;

  /** The message names the setting, its value and what is allowed. */
  public InvalidSettingException(String message) {
    super(message);
  }

  /** As {@link #InvalidSettingException(String)}, with the failure behind it. */
  public InvalidSettingException(String message, Throwable cause) {
    super(message, cause);
  }
}
