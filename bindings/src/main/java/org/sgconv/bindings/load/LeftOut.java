package org.sgconv.bindings.load;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;

/** What the build of sgconv-native says of a library that it was told to leave out. */
final class LeftOut {

  private LeftOut() {}

  /** Why there is no such library among the resources; empty if nobody said so. */
  static Optional<String> reason(ClassLoader resources, Platform platform, NativeLibrary library) {
    String name = "org/sgconv/native/" + platform.folder() + "/natives.properties";
    Properties properties = new Properties();
    try (InputStream in = resources.getResourceAsStream(name)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException unreadable) {
      return Optional.empty(); // Then the search for the library says what is wrong.
    }
    String key = library.fileName().replaceFirst("^lib", "absent.").replaceFirst("\\.so.*$", "");
    return Optional.ofNullable(properties.getProperty(key));
  }
}
