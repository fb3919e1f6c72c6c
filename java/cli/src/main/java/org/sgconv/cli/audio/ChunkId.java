package org.sgconv.cli.audio;

import java.util.Set;

/** Names of RIFF chunks: four characters, held as the little-endian number that a file has. */
final class ChunkId {

  static final int FORMAT = of("fmt ");
  static final int DATA = of("data");
  static final int SIZES = of("ds64");

  /** Chunks that stand in WAVE files; where a pad byte is missing, the next is told by its name. */
  private static final Set<String> KNOWN =
      Set.of(
          "fmt ", "data", "ds64", "fact", "LIST", "INFO", "JUNK", "junk", "PAD ", "FLLR", "bext",
          "cue ", "smpl", "inst", "plst", "note", "labl", "ltxt", "slnt", "wavl", "PEAK", "acid",
          "iXML", "aXML", "axml", "chna", "cart", "levl", "link", "umid", "id3 ", "ID3 ", "afsp",
          "DISP", "strc", "clm ", "minf", "elm1", "regn", "DGDA", "_PMX");

  private ChunkId() {}

  /** The number of a name of four ASCII characters. */
  static int of(String name) {
    int id = 0;
    for (int i = 3; i >= 0; i--) {
      id = id << 8 | name.charAt(i);
    }
    return id;
  }

  /** The name, with a point for every character that is not printable ASCII. */
  static String text(int id) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      int character = (id >>> (8 * i)) & 0xFF;
      text.append(isPrintable(character) ? (char) character : '.');
    }
    return text.toString();
  }

  /** Whether it could be the name of a chunk, known or not. */
  static boolean isPossible(int id) {
    for (int i = 0; i < 4; i++) {
      if (!isPrintable((id >>> (8 * i)) & 0xFF)) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is a name that WAVE files have. */
  static boolean isKnown(int id) {
    return isPossible(id) && KNOWN.contains(text(id));
  }

  private static boolean isPrintable(int character) {
    return character >= ' ' && character <= '~';
  }
}
