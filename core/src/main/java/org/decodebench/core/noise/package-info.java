/**
 * The uniform noise process (D3PM, 2107.03006): what training adds to a text and decoding takes
 * away again.
 */
package org.decodebench.core.noise;
