package VMware::Vix::API::Host;
use strict;
use warnings;
use Revix::Api 'VixHost_';

our $VERSION = '0.1.0';

1;

__END__

=head1 NAME

VMware::Vix::API::Host - the functions C<VixHost_...> of VIX, with C's arguments

=head1 DESCRIPTION

A function takes the arguments of C in their order, callback and client data as well. Out parameters have no argument: a
function gives its own value, then theirs, and those of the properties that it reads. In scalar context it gives its own
value alone.

=cut
