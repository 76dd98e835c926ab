"""Access control: the table of permissions and the checks that services make."""
