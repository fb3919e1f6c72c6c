package org.sgconv.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * On tests that need a CUDA device. The build runs them on the emulated one, in a JVM of its own;
 * with {@code -Dsgconv.cuda.required=true} they run on a GPU, and without one they fail.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("cuda")
@ExtendWith(CudaDevice.class)
public @interface OnCudaDevice {}
