/** Recordings: RIFF/WAVE files read and written without loss, and the sound they hold. */
@NullMarked
package org.sgconv.cli.audio;

import org.jspecify.annotations.NullMarked;
