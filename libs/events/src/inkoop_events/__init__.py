"""The public language of DigiInkoop: values, the CloudEvents envelope and every public event."""
