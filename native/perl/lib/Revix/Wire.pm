package Revix::Wire;

# The frames and values of docs/protocol.md.
use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(integer text blob truth list null frame read_values);

# A value is written by saying its type, since Perl does not tell a number from a text.

sub null { return 'n' }

sub truth { return $_[0] ? 't' : 'f' }

sub integer { return 'i' . pack 'q<', $_[0] }

# Text goes as bytes: what Perl knows as characters is encoded, what it holds as bytes is taken as they are.
sub text {
    my ($text) = @_;
    return null() if !defined $text;
    my $bytes = "$text";
    utf8::encode($bytes) if utf8::is_utf8($bytes);
    return 's' . pack('V', length $bytes) . $bytes;
}

sub blob { return 'b' . pack('V', length $_[0]) . $_[0] }

sub list { return 'l' . pack('V', scalar @_) . join '', @_ }

# A frame of its kind and its written values.
sub frame {
    my ($kind, @values) = @_;
    my $body = $kind . join '', @values;
    return pack('V', length $body) . $body;
}

# The values of a body without its kind: lists as references to arrays, null as undef. Dies for anything but whole values.
sub read_values {
    my ($body) = @_;
    my $at = 0;
    my @values;
    push @values, _value(\$body, \$at) while $at < length $body;
    return @values;
}

sub _value {
    my ($body, $at) = @_;
    my $tag = _take($body, $at, 1);
    return undef if $tag eq 'n';
    return $tag eq 't' ? 1 : 0 if $tag eq 't' || $tag eq 'f';
    return unpack 'q<', _take($body, $at, 8) if $tag eq 'i';
    return _take($body, $at, unpack 'V', _take($body, $at, 4)) if $tag eq 's' || $tag eq 'b';
    die "a value of the helper has the tag '$tag', which no type has\n" if $tag ne 'l';
    my $count = unpack 'V', _take($body, $at, 4);
    die "a list of the helper says that it has more values than bytes\n" if $count > length($$body) - $$at;
    return [map { _value($body, $at) } 1 .. $count];
}

sub _take {
    my ($body, $at, $size) = @_;
    die "a frame of the helper ends within a value\n" if $size > length($$body) - $$at;
    my $bytes = substr $$body, $$at, $size;
    $$at += $size;
    return $bytes;
}

1;
