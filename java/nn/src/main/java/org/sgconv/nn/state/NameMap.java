package org.sgconv.nn.state;

import java.util.Map;
import org.sgconv.InvalidArgumentException;

/**
 * How another program names what the published code names otherwise: the last part of a name, after
 * its last dot or as a whole.
 *
 * @since 0.1.0
 */
public final class NameMap {

  /** The names of the published code. */
  public static final NameMap PUBLISHED = new NameMap(Map.of());

  private final Map<String, String> endings;

  private NameMap(Map<String, String> endings) {
    this.endings = endings;
  }

  /**
   * Other endings of names, such as {@code D → skip_weight}. An ending may have several parts, such
   * as {@code output_linear.0.weight}; the longest that fits is replaced.
   *
   * @throws InvalidArgumentException if two published names would become one
   */
  public static NameMap of(Map<String, String> endings) {
    if (endings.values().stream().distinct().count() < endings.size()) {
      throw new InvalidArgumentException(
          "two published names have one name in the file: " + endings);
    }
    return new NameMap(Map.copyOf(endings));
  }

  /** The name that a file has for a published one. */
  public String inFile(String published) {
    for (int from = 0; from >= 0; from = nextPart(published, from)) {
      String other = endings.get(published.substring(from));
      if (other != null) {
        return published.substring(0, from) + other;
      }
    }
    return published;
  }

  private static int nextPart(String name, int from) {
    int dot = name.indexOf('.', from);
    return dot < 0 ? -1 : dot + 1;
  }
}
