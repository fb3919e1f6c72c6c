package org.sgconv.cli.audio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every sample format, against values worked out by hand. */
class WavReaderTest {

  @TempDir Path folder;

  private Sound read(byte[] file) throws IOException {
    return WavReader.read(Files.write(folder.resolve("x.wav"), file), note -> {});
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void readsUnsigned8Bit() throws IOException {
    Sound sound =
        read(new WavBytes().format(1, 1, 8000, 8).chunk("data", bytes(0, 128, 192)).build());
    assertThat(sound.sampleRate()).isEqualTo(8000);
    assertThat(sound.channel(0)).containsExactly(-1f, 0f, 0.5f);
  }

  @Test
  void reads16BitStereo() throws IOException {
    byte[] data = bytes(0x00, 0x80, 0xFF, 0x7F, 0x00, 0x40, 0x00, 0xC0);
    Sound sound = read(new WavBytes().format(1, 2, 48000, 16).chunk("data", data).build());
    assertThat(sound.channelCount()).isEqualTo(2);
    assertThat(sound.channel(0)).containsExactly(-1f, 0.5f);
    assertThat(sound.channel(1)).containsExactly(32767f / 32768f, -0.5f);
  }

  @Test
  void reads24BitExactly() throws IOException {
    byte[] data = bytes(0x00, 0x00, 0x80, 0xFF, 0xFF, 0x7F, 0x01, 0x00, 0x00, 0xFF, 0xFF, 0xFF);
    Sound sound = read(new WavBytes().format(1, 1, 96000, 24).chunk("data", data).build());
    float unit = 1f / 8388608f;
    assertThat(sound.channel(0)).containsExactly(-1f, 8388607 * unit, unit, -unit);
  }

  @Test
  void reads32BitIntegers() throws IOException {
    ByteBuffer data = WavBytes.littleEndian(8).putInt(Integer.MIN_VALUE).putInt(1 << 30);
    Sound sound =
        read(new WavBytes().format(1, 1, 44100, 32).chunk("data", WavBytes.bytes(data)).build());
    assertThat(sound.channel(0)).containsExactly(-1f, 0.5f);
  }

  @Test
  void readsFloats() throws IOException {
    ByteBuffer single = WavBytes.littleEndian(8).putFloat(1.5f).putFloat(-1e-20f);
    assertThat(
            read(new WavBytes().format(3, 1, 1, 32).chunk("data", WavBytes.bytes(single)).build())
                .channel(0))
        .containsExactly(1.5f, -1e-20f);
    ByteBuffer wide = WavBytes.littleEndian(8).putDouble(0.1);
    assertThat(
            read(new WavBytes().format(3, 1, 1, 64).chunk("data", WavBytes.bytes(wide)).build())
                .channel(0))
        .containsExactly(0.1f);
  }

  @Test
  void readsExtensibleFormats() throws IOException {
    Sound integers =
        read(new WavBytes().extensible(1, 2, 48000, 24).chunk("data", new byte[12]).build());
    assertThat(integers.channelCount()).isEqualTo(2);
    assertThat(integers.frameCount()).isEqualTo(2);
    byte[] half = WavBytes.bytes(WavBytes.littleEndian(4).putFloat(0.5f));
    assertThat(
            read(new WavBytes().extensible(3, 1, 48000, 32).chunk("data", half).build()).channel(0))
        .containsExactly(0.5f);
  }

  @Test
  void skipsOtherChunksAndTheirPadding() throws IOException {
    byte[] file =
        new WavBytes()
            .chunk("LIST", new byte[3])
            .format(1, 1, 8000, 8)
            .chunk("bext", new byte[1])
            .chunk("fact", new byte[4])
            .chunk("data", bytes(255, 0, 128))
            .chunk("LIST", new byte[7])
            .build();
    assertThat(read(file).channel(0)).containsExactly(127f / 128f, -1f, 0f);
  }

  @Test
  void readsManyChannelsAndSeveralBlocks() throws IOException {
    int channels = 7;
    int frames = 100_003;
    ByteBuffer data = WavBytes.littleEndian(2 * channels * frames);
    for (int i = 0; i < channels * frames; i++) {
      data.putShort((short) (i * 31));
    }
    Sound sound =
        read(
            new WavBytes()
                .format(1, channels, 8000, 16)
                .chunk("data", WavBytes.bytes(data))
                .build());
    assertThat(sound.frameCount()).isEqualTo(frames);
    for (int i : new int[] {0, 6, 74_897, 74_898, 524_288, channels * frames - 1}) {
      assertThat(sound.channel(i % channels)[i / channels]).isEqualTo((short) (i * 31) / 32768f);
    }
  }
}
