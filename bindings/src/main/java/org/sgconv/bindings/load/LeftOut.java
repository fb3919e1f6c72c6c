package org.sgconv.bindings.load;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;

/**
 * What the build of sgconv-native says of a library that it left out.
 *
 * @param reason why, for people
 * @param decided whether somebody wanted it so; otherwise the build lacked something for it
 */
record LeftOut(String reason, boolean decided) {

  /** Why there is no such library among the resources; empty if nobody said so. */
  static Optional<LeftOut> of(ClassLoader resources, Platform platform, NativeLibrary library) {
    String name = "org/sgconv/native/" + platform.folder() + "/natives.properties";
    Properties properties = new Properties();
    try (InputStream in = resources.getResourceAsStream(name)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException unreadable) {
      return Optional.empty(); // Then the search for the library says what is wrong.
    }
    String file = library.fileName().replaceFirst("^lib", "").replaceFirst("\\.so.*$", "");
    return Optional.ofNullable(properties.getProperty("absent." + file))
        .map(
            reason ->
                new LeftOut(
                    reason, Boolean.parseBoolean(properties.getProperty("decided." + file))));
  }
}
