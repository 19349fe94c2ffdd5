/** Where the weights of the built-in face detector lie: in the package, and below handler/images/. */
export const FACE_MODEL = 'faces/yunet.bin'
/** Their licence, beside them. */
export const FACE_MODEL_LICENSE = 'faces/LICENSE'
