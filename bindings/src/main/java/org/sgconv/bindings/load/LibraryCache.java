package org.sgconv.bindings.load;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Libraries extracted from jars, in a folder of this user, named by their content. A file that is
 * there is used only if its content has the hash in its name; a new one appears under its name
 * complete or not at all, so any number of processes can share the folder.
 */
final class LibraryCache {

  private static final int HASH_CHARACTERS = 32;

  private final PrivateDirectory directory;

  LibraryCache(PrivateDirectory directory) {
    this.directory = directory;
  }

  /** The file that holds the content of {@code resource}. */
  Path extract(NativeLibrary library, URL resource) throws IOException {
    return extract(library.fileName(), resource);
  }

  /** The file that holds the content of {@code resource}, which has this name. */
  Path extract(String name, URL resource) throws IOException {
    String hash = hash(resource.openStream());
    Path file = directory.path().resolve(NativeLibrary.cachedFileName(name, hash));
    if (!isValid(file, hash)) {
      write(resource, file, hash);
    }
    if (directory.endsWithProcess()) {
      file.toFile().deleteOnExit();
    }
    return file;
  }

  private boolean isValid(Path file, String hash) throws IOException {
    return directory.holdsPrivateFile(file)
        && hash(new FileInputStream(file.toFile())).equals(hash);
  }

  private void write(URL resource, Path file, String hash) throws IOException {
    Path partial =
        Files.createTempFile(
            directory.path(), file.getFileName() + ".", ".partial", PrivateDirectory.OWNER_ONLY);
    try {
      MessageDigest digest = sha256();
      // A channel would be closed by an interrupt of this thread.
      try (InputStream in = new DigestInputStream(resource.openStream(), digest);
          FileOutputStream out = new FileOutputStream(partial.toFile())) {
        in.transferTo(out);
        out.getFD().sync(); // the name promises the content, also after a power failure
      }
      if (!hex(digest).equals(hash)) {
        throw new IOException(resource + " changed while it was read");
      }
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private static String hash(InputStream content) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = new DigestInputStream(content, digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return hex(digest);
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_CHARACTERS);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
