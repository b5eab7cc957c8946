//! What readers see: the latest numbers of every account, each as of one moment.
